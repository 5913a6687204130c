/** A stand-in for the project's API on a port of this machine, which keeps what it was asked. */
export interface FakeApi extends AsyncDisposable {
  readonly url: string;
  readonly requests: ReceivedRequest[];
}

/** What is kept of a request: the request itself cannot be read once it is answered. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** An API that has counted a request and lets it pass, for tests of what comes after that. */
export function startCountingApi(): FakeApi {
  return startFakeApi(() => Response.json(null));
}

/**
 * Serves canned answers where supabase-js expects the project, for what a real database does not do
 * on demand: fail, lag behind, be away.
 */
export function startFakeApi(answer: (request: ReceivedRequest) => Response): FakeApi {
  const requests: ReceivedRequest[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const received = {
      path: new URL(request.url).pathname,
      headers: new Headers(request.headers),
      body: await request.text(),
    };
    requests.push(received);
    const response = answer(received);
    // Older runtimes wait three minutes for connections that clients keep, before they shut down.
    response.headers.set("connection", "close");
    return response;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
