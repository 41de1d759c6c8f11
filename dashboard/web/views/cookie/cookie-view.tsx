export function CookieView() { return <p>…</p> }
