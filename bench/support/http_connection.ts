/** An answer, as far as load generators check it. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * One connection that is kept, with one request at a time: HTTP/1.1 over a socket and no more of it
 * than load needs, so that the generator takes little of the machine that it measures.
 */
export class HttpConnection implements Disposable {
  readonly #buffer = new Uint8Array(65_536);
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();

  private constructor(
    private readonly connection: Deno.TcpConn,
    private readonly host: string,
  ) {}

  /** Connects to the server of a URL. */
  static async open(url: string): Promise<HttpConnection> {
    const { hostname, port, host } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay();
    return new HttpConnection(connection, host);
  }

  /** Posts a text and reads the whole answer, which must tell its length. */
  async post(
    path: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const head =
      `POST ${path} HTTP/1.1\r\nhost: ${this.host}\r\n${lines}content-length: ${body.length}\r\n\r\n`;
    // The bodies are ASCII, so that their length is that of the text.
    const bytes = this.#encoder.encode(head + body);
    for (let at = 0; at < bytes.length;) at += await this.connection.write(bytes.subarray(at));
    return await this.#read();
  }

  async #read(): Promise<Answer> {
    let size = 0;
    for (;;) {
      const read = await this.connection.read(this.#buffer.subarray(size));
      if (read === null || size + read === this.#buffer.length) {
        throw new Error("The answer broke off, or is too long");
      }
      size += read;
      const text = this.#decoder.decode(this.#buffer.subarray(0, size));
      const end = text.indexOf("\r\n\r\n");
      if (end === -1) continue;
      const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
      if (length === undefined) throw new Error("The answer does not tell its length");
      // What comes before the body is ASCII.
      if (size < end + 4 + Number(length)) continue;
      return { status: Number(text.slice(9, 12)), body: text.slice(end + 4) };
    }
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}
