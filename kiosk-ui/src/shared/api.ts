// The JSON API of both servers: one way to ask, one way to fail.
//
// `ask` never throws and never keeps anything. Failures are values (`Failure`), because every page must show
// them plainly and keep what the person typed.

export interface FieldFault {
  field: string;
  text: string;
}

export interface Failure {
  /** HTTP status; 0 when the server did not answer, or not in our format. */
  status: number;
  code: string;
  /** A sentence in the person's language, from the server; empty when there is none. */
  text: string;
  fields: FieldFault[];
  retryAfterS: number;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; failure: Failure };

export interface Client {
  /** `refresh`: the page looks by itself, nobody asked; it does not keep a session alive. */
  get<T>(path: string, refresh?: boolean): Promise<Answer<T>>;
  post<T>(path: string, body: unknown): Promise<Answer<T>>;
}

export interface ClientOptions {
  /** Path before every call, such as "/api/v1/". */
  base: string;
  language: () => string;
  token: () => string;
  /** Asks for a fresh token; false when there is none. After a restart of the server the old one is refused. */
  renew?: () => Promise<boolean>;
  timeoutMs?: number;
  fetch?: typeof fetch;
}

export const failureOf = (status: number, body: unknown): Failure => {
  const error = (body as { error?: Record<string, unknown> } | null)?.error ?? {};
  const fields = Array.isArray(error.fields) ? (error.fields as Partial<FieldFault>[]) : [];
  return {
    status,
    code: typeof error.code === 'string' ? error.code : '',
    text: typeof error.text === 'string' ? error.text : '',
    fields: fields.map((one) => ({ field: String(one?.field ?? ''), text: String(one?.text ?? '') })),
    retryAfterS: typeof error.retry_after_s === 'number' && error.retry_after_s > 0 ? error.retry_after_s : 0,
  };
};

export function makeClient(options: ClientOptions): Client {
  const send = options.fetch ?? fetch.bind(globalThis);

  const once = async <T>(method: 'GET' | 'POST', path: string, body?: unknown, refresh = false): Promise<Answer<T>> => {
    const headers: Record<string, string> = { 'X-Kentongan-Language': options.language() };
    if (refresh) headers['X-Kentongan-Refresh'] = '1';
    if (method === 'POST') {
      headers['Content-Type'] = 'application/json';
      headers['X-Kentongan-Token'] = options.token();
    }
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), options.timeoutMs ?? 20000);
    try {
      const reply = await send(options.base + path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: abort.signal,
        credentials: 'same-origin',
        redirect: 'error',
      });
      const text = await reply.text();
      let value: unknown = null;
      try {
        value = text === '' ? {} : JSON.parse(text);
      } catch {
        // Not our server's words (a proxy's page, a torn answer): as good as no answer.
        return { ok: false, failure: failureOf(reply.ok ? 0 : reply.status, null) };
      }
      return reply.ok ? { ok: true, value: value as T } : { ok: false, failure: failureOf(reply.status, value) };
    } catch {
      return { ok: false, failure: failureOf(0, null) };
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    get: (path, refresh) => once('GET', path, undefined, refresh),
    async post<T>(path: string, body: unknown) {
      const first = await once<T>('POST', path, body);
      if (!first.ok && first.failure.status === 403 && options.renew && (await options.renew())) {
        return once<T>('POST', path, body);
      }
      return first;
    },
  };
}

/** 32 hex digits that make a repeated "send" harmless. */
export function makeOnce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
