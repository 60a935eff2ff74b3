# The same in the Elixir DSL: spex reads these modules too, without running them.
defmodule Shop.Subscription do
  @moduledoc """
  A paid subscription, from the free trial to its end.

  A card that is declined is tried again for a while (dunning) before the
  subscription is given up.
  """
  use Spex.Specification,
    prune_timeout: :timer.hours(24 * 90),
    prunable_states: [:ended]

  def_transition(:trial, :convert, :active)
  def_transition(:trial, :expire, :ended)

  def_transition(:active, :renew, :active)
  def_transition(:active, :pause, :paused)
  def_transition(:paused, :resume, :active)

  def_transition(:active, :payment_failed, :past_due)
  def_transition(:past_due, :retry_failed, :past_due)
  def_transition(:past_due, :payment_recovered, :active)
  def_transition(:past_due, :give_up, :ended)

  # Cancelled, it runs on to the end of the period that is paid for.
  def_transition(:active, :cancel, :cancelling)
  def_transition(:cancelling, :change_of_mind, :active)
  def_transition(:cancelling, :period_over, :ended)
end
