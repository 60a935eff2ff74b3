// Reports to `spex record --listen PATH`.   node client.js PATH ID
const net = require("net");
const readline = require("readline");

// Replies come in the order of the records, so that many may be on their way at once.
class Spex {
  constructor(path) {
    this.waiting = [];
    this.socket = net.connect(path);
    this.socket.write('{"op":"replies"}\n');
    readline.createInterface({ input: this.socket }).on("line", (line) => {
      const { resolve, reject } = this.waiting.shift();
      const reply = JSON.parse(line);
      reply.ok ? resolve(reply) : reject(Object.assign(new Error(reply.error), reply));
    });
    const fail = (error) =>
      this.waiting.splice(0).forEach(({ reject }) => reject(error || new Error("spex is gone")));
    this.socket.on("error", fail).on("close", () => fail());
  }
  report(record) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.socket.write(JSON.stringify(record) + "\n");
    });
  }
  init(spec, id, more) {
    return this.report({ op: "init", spec, id, ...more });
  }
  transition(id, action, state, more) {
    return this.report({ op: "transition", id, action, state, ...more });
  }
  close() {
    this.socket.end();
  }
}

async function main([path, id]) {
  const spex = new Spex(path);
  console.log(JSON.stringify(await spex.init("Parcel", id, { meta: { by: "javascript" } })));
  console.log(JSON.stringify(await spex.transition(id, "hand over", "on the road")));
  spex.close();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
