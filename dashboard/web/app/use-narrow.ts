/** Whether the page has the room of a telephone only: what has a layout of its own for that asks here. */
import { useEffect, useState } from 'preact/hooks'

/** As in the style sheets. */
const NARROW = '(max-width: 760px)'

/** True while the window is narrow; whoever asks is drawn anew when it changes. */
export function useNarrow(): boolean {
  const [isNarrow, setIsNarrow] = useState(() => matchMedia(NARROW).matches)
  useEffect(() => {
    const query = matchMedia(NARROW)
    const change = (): void => setIsNarrow(query.matches)
    change()
    query.addEventListener('change', change)
    return () => query.removeEventListener('change', change)
  }, [])
  return isNarrow
}
