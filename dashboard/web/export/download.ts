/** Hands a file to the browser, which asks or knows where to put it. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The browser has the blob by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}
