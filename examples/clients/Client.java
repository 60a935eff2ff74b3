// Reports to `spex record --listen PATH`.   java Client.java PATH ID   (Java 16 or later)
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

public class Client implements AutoCloseable {
    private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    private final BufferedReader lines;

    public Client(String path) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(path));
        lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        send("{\"op\":\"replies\"}");
    }

    private void send(String line) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
        while (bytes.hasRemaining())
            channel.write(bytes);
    }

    /** Answers once the record, a JSON object, is durable; throws where it was refused. */
    public synchronized String report(String record) throws IOException {
        send(record);
        String reply = lines.readLine();
        if (reply == null || !reply.startsWith("{\"ok\":true"))
            throw new IOException(reply == null ? "spex is gone" : reply);
        return reply;
    }

    /** A JSON string. */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray())
            if (c == '"' || c == '\\')
                quoted.append('\\').append(c);
            else if (c < 0x20)
                quoted.append(String.format("\\u%04x", (int) c));
            else
                quoted.append(c);
        return quoted.append('"').toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    public static void main(String[] arguments) throws IOException {
        try (Client spex = new Client(arguments[0])) {
            String id = quote(arguments[1]);
            System.out.println(spex.report("{\"op\":\"init\",\"spec\":\"Parcel\",\"id\":" + id
                    + ",\"meta\":{\"by\":\"java\"}}"));
            System.out.println(spex.report("{\"op\":\"transition\",\"id\":" + id
                    + ",\"action\":\"hand over\",\"state\":\"on the road\"}"));
        }
    }
}
