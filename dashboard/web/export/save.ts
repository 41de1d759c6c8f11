import type { Lab } from '../app/lab-context.ts'
import type { Format } from '../i18n/format.ts'
export async function saveView(_lab: Lab, _kind: 'png' | 'svg' | 'html', _format: Format): Promise<void> {}
