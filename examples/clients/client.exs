# Reports to `spex record --listen PATH`.   elixir client.exs PATH ID
defmodule Reporter do
  @moduledoc "One connection; names and texts are binaries."

  def open(path) do
    {:ok, socket} = :gen_tcp.connect({:local, path}, 0, [:binary, packet: :line, active: false])
    :ok = :gen_tcp.send(socket, ~s({"op":"replies"}\n))
    socket
  end

  def init(socket, spec, id, meta \\ %{}),
    do: report(socket, op: "init", spec: spec, id: id, meta: meta)

  def transition(socket, id, action, state),
    do: report(socket, op: "transition", id: id, action: action, state: state)

  # {:ok, reply} once it is durable, {:error, reply} where it was refused; a reply is a line of JSON.
  def report(socket, record) do
    :ok = :gen_tcp.send(socket, [json(record), ?\n])
    {:ok, reply} = :gen_tcp.recv(socket, 0)
    reply = String.trim_trailing(reply)
    if String.starts_with?(reply, ~s({"ok":true)), do: {:ok, reply}, else: {:error, reply}
  end

  # Enough of JSON for records; use Jason or JSON (Elixir 1.18) where they are there.
  defp json(text) when is_binary(text), do: [?", for(<<c::utf8 <- text>>, do: escape(c)), ?"]
  defp json(number) when is_number(number), do: to_string(number)
  defp json(word) when word in [nil, true, false], do: if(word == nil, do: "null", else: to_string(word))

  defp json(pairs),
    do: [?{, Enum.map_intersperse(pairs, ?,, fn {k, v} -> [json(to_string(k)), ?:, json(v)] end), ?}]

  defp escape(c) when c in [?", ?\\], do: [?\\, c]
  defp escape(c) when c < 0x20, do: :io_lib.format("\\u~4.16.0b", [c])
  defp escape(c), do: <<c::utf8>>
end

[path, id] = System.argv()
socket = Reporter.open(path)

for {_ok, reply} <- [
      Reporter.init(socket, "Parcel", id, %{by: "elixir"}),
      Reporter.transition(socket, id, "hand over", "on the road")
    ] do
  IO.puts(reply)
end
