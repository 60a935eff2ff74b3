defmodule Desk.Loop do
  use Spex.Specification

  @states [:a, :b]

  Enum.each(@states, fn state ->
    def_transition state, :step, :c
  end)
end
