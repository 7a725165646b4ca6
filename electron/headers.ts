/** The response headers of the app's own origin: the same under `app://bundle` and on the loopback server. */
const BASE = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer'
}

const policy = (script: string) =>
  [
    "default-src 'self'",
    `script-src ${script}`,
    // React Flow and KaTeX place things by style attributes
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join('; ')

const PAGE = policy("'self'")
/** A worker lives under the policy of its own script: only there may the engine compile kernels from source. */
const ENGINE_WORKER = policy("'self' 'unsafe-eval' 'wasm-unsafe-eval'")

export function headersFor(pathname: string): Record<string, string> {
  const worker = /^\/assets\/worker-[\w-]+\.js$/.test(pathname)
  return { ...BASE, 'Content-Security-Policy': worker ? ENGINE_WORKER : PAGE }
}
