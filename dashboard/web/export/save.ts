/** Saves the present view: as a picture, or as a report of one file. Whoever wants to save it has the browser's dialog. */
import type { Lab } from '../app/lab-context.ts'
import { SHELL } from '../app/strings.ts'
import type { Format } from '../i18n/format.ts'

export type SaveKind = 'png' | 'svg' | 'html'

/** Device pixels per unit of a picture: sharp on a projector. */
const PNG_SCALE = 2

/** Saves; what goes wrong is said on the page. Loaded only when it is wanted. */
export async function saveView(lab: Lab, kind: SaveKind, format: Format): Promise<void> {
  try {
    const { pictureOf, reportOf } = await import('./view-export.ts')
    const name = `synlab-${lab.ui.view.value}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}`
    const picture = pictureOf(lab, format)
    if (kind === 'html') download(new Blob([reportOf(lab, format, picture)], { type: 'text/html' }), `${name}.html`)
    else if (kind === 'svg') download(svgBlob(picture), `${name}.svg`)
    else download(await rasterize(picture), `${name}.png`)
  } catch {
    lab.ui.notice.value = SHELL[lab.ui.language.value].saveFailed
  }
}

function svgBlob(picture: string): Blob {
  return new Blob([picture], { type: 'image/svg+xml' })
}

async function rasterize(picture: string): Promise<Blob> {
  const address = URL.createObjectURL(svgBlob(picture))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth * PNG_SCALE
    canvas.height = image.naturalHeight * PNG_SCALE
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob === null ? reject(new Error('the picture is too large')) : resolve(blob)))
    })
  } finally {
    URL.revokeObjectURL(address)
  }
}

/** Offers `blob` as a file of that name. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The browser has the blob by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}
