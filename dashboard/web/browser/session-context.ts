/** The session, for the parts of the page that only the lab in the browser has. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { LabSession } from './session.ts'

export const SessionContext = createContext<LabSession | undefined>(undefined)

export function useSession(): LabSession {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('a part of the page stands outside of its session')
  return session
}
