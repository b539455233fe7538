// Reads server-sent events (WHATWG HTML, section 9.2) by fetch. EventSource
// hides heartbeats and status codes, and a board must know both: whether its
// numbers are fresh, and whether it was signed out.

export interface Message {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** Turns the stream's text into messages, in whatever pieces it comes. */
export class Parser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id = "";

  push(text: string): Message[] {
    const out: Message[] = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length)
          out.push({ event: this.#event || "message", data: this.#data.join("\n"), id: this.#id });
        this.#event = "";
        this.#data = [];
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") this.#data.push(value);
      else if (field === "event") this.#event = value;
      else if (field === "id" && !value.includes("\0")) this.#id = value;
    }
    return out;
  }
}

export interface Listener {
  /** A message has come. */
  readonly onMessage: (message: Message) => void;
  /** Anything has come, a heartbeat included. */
  readonly onSign: () => void;
  /** The stream is closed; it is opened again by itself unless told to stop. */
  readonly onClosed: (status: number | undefined) => "again" | "stop";
}

const WAIT_MS = [1000, 2000, 5000, 10_000];
/** Heartbeats come every 15 s: a stream silent for longer is dead. */
const SILENT_MS = 20_000;

/** Listens until the returned function is called. */
export function listen(path: string, listener: Listener): () => void {
  let stopped = false;
  let current = new AbortController();
  (async () => {
    let id = "";
    for (let tries = 0; !stopped; tries++) {
      let status: number | undefined;
      const connection = new AbortController();
      current = connection;
      const hangUp = () => connection.abort();
      let watch = setTimeout(hangUp, SILENT_MS);
      try {
        const answer = await fetch(path, {
          credentials: "same-origin",
          cache: "no-store",
          headers: { Accept: "text/event-stream", ...(id ? { "Last-Event-ID": id } : {}) },
          signal: connection.signal,
        });
        status = answer.status;
        if (answer.ok && answer.body) {
          const parser = new Parser();
          const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
          for (;;) {
            const { done, value } = await reader.read();
            if (done) break;
            tries = 0;
            clearTimeout(watch);
            watch = setTimeout(hangUp, SILENT_MS);
            listener.onSign();
            for (const message of parser.push(value)) {
              if (message.id) id = message.id;
              listener.onMessage(message);
            }
          }
        }
      } catch {
        // Closed by us, by silence or by the network: all the same below.
      }
      clearTimeout(watch);
      if (stopped || listener.onClosed(status) === "stop") return;
      const wait = WAIT_MS[Math.min(tries, WAIT_MS.length - 1)] ?? 0;
      await new Promise((done) => setTimeout(done, wait * (0.8 + 0.4 * Math.random())));
    }
  })();
  return () => {
    stopped = true;
    current.abort();
  };
}
