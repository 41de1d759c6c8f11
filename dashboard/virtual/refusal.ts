/**
 * Why a control call was refused, thrown by the lab in the browser as the control planes answer it.
 */
import type { LabRefusal } from '../contract/source.ts'

export class Refused extends Error implements LabRefusal {
  readonly code: string
  readonly path?: string

  constructor(code: string, message: string, path?: string) {
    super(message)
    this.name = 'Refused'
    this.code = code
    if (path !== undefined) this.path = path
  }
}
