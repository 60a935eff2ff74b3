# A ticket of a help desk, with what the language allows around its transitions.
defmodule Desk.Ticket do
  @moduledoc ~S"""
  From question to answer.

      def_transition :documentation, :does, :not_count
  """
  use Spex.Specification,
    transition_timeout: 2 * 60 * 1_000,
    prune_timeout: Duration.new!(day: 7),
    prunable_states: ~w(solved rejected?)a

  require Logger

  def_transition :new, :assign!, :open
  def_transition(:open, :"ask back", :waiting)
  def_transition :waiting, :__internal__, :open
  def_transition :open, :solve, :solved; def_transition :open, :reject, :rejected?

  @impl true
  def error_handler(error, caller) do
    Logger.warning("#{inspect(error)} from #{inspect(caller)}: \"#{__MODULE__}\"")
    if match?(%{reason: :transition_timeout}, error), do: :ok, else: super(error, caller)
  end

  defmodule Reply do
    use Spex.Specification, prunable_states: :terminal

    def_transition :draft, :send, :sent
  end
end
