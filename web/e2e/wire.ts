// The line between a page and its server, on which a test loses what it
// likes: a request before it arrives, or its answer on the way back; or on
// which nothing moves any more.
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of a request: it passes, never arrives, or is answered and nobody hears it. */
export type Fate = "pass" | "lost" | "answer lost";

export interface Passing {
  readonly method: string;
  readonly path: string;
}

export class Wire {
  /** Decides on each request. */
  fate: (asked: Passing) => Fate = () => "pass";
  /** Puts another file in place of the server's own; undefined leaves it. */
  swap:
    | ((path: string, fetched: (path: string) => Promise<string>) => Promise<Swapped | undefined>)
    | undefined;

  readonly #flowing = new Set<IncomingMessage>();
  #hung = false;

  readonly #server = createServer(async (asked, answer) => {
    if (this.#hung) return; // and never answers
    const { method = "GET", url = "/", headers } = asked;
    const fate = this.fate({ method, path: url });
    if (fate === "lost") return answer.destroy();
    const other = await this.swap?.(url, async (path) => (await fetch(this.#to + path)).text());
    if (other) {
      answer.writeHead(other.status, { "Content-Type": other.type, "Cache-Control": "no-cache" });
      return answer.end(other.body);
    }
    const target = new URL(url, this.#to);
    const up = request(target, { method, headers }, (told) => {
      if (fate === "answer lost") {
        told.resume().on("end", () => answer.destroy());
        return;
      }
      answer.writeHead(told.statusCode ?? 502, told.headers);
      this.#flowing.add(told.on("close", () => this.#flowing.delete(told)));
      told.pipe(answer);
    });
    up.on("error", () => answer.destroy());
    answer.on("close", () => up.destroy());
    asked.pipe(up);
  });
  readonly #to: string;

  constructor(to: string) {
    this.#to = to;
  }

  async open(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on the server seems to hang: connections stay open and nothing comes. */
  hang(): void {
    this.#hung = true;
    for (const told of this.#flowing) told.unpipe().resume();
  }

  /** Cuts what hung; whoever comes again gets through. */
  mend(): void {
    this.#hung = false;
    this.#server.closeAllConnections();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export interface Swapped {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}
