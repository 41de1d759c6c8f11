export function HandshakeView() { return <p>…</p> }
