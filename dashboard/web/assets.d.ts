/** What Vite makes of a style sheet that is imported: part of the page, and no value. */
declare module '*.css'

/** A module that becomes a worker: in a file of its own, or within the page's. */
declare module '*?worker' {
  const WorkerOfModule: new () => Worker
  export default WorkerOfModule
}
declare module '*?worker&inline' {
  const WorkerOfModule: new () => Worker
  export default WorkerOfModule
}

interface ImportMeta {
  /** Files as texts, by their paths: Vite puts them into the page. */
  glob(
    pattern: string,
    options: { readonly query: '?raw'; readonly import: 'default'; readonly eager: true },
  ): Readonly<Record<string, string>>
}
