export function StatesView() { return <p>…</p> }
