defmodule Desk.Open do
  use Spex.Specification

  def_transition :a, :b, :c

  def helper do
    :ok
end
