defmodule Desk.Library do
  def def_transition(from, action, to), do: {from, action, to}
end
