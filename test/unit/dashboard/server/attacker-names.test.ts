import { expect, it } from 'vitest'
import { findAttackers } from '../../../../dashboard/server/attacker-names.ts'

const find = (...urls: string[]) => findAttackers(urls.map((url) => new URL(url)))

it('knows one attacker once, under however many names', async () => {
  const once = { id: '127.0.0.1:8082', url: 'http://127.0.0.1:8082' }
  expect(await find('http://127.0.0.1:8082', 'http://localhost:8082', 'http://127.0.0.1:8082')).toEqual([once])
})

it('keeps the order of the URLs, and takes addresses of both families', async () => {
  const found = await find('http://127.0.0.2:8082', 'http://[::1]:8083', 'http://127.0.0.1')
  expect(found.map(({ id }) => id)).toEqual(['127.0.0.2:8082', '[::1]:8083', '127.0.0.1:80'])
  expect(found[1]?.url).toBe('http://[::1]:8083')
})

it('takes a name that nobody has for nobody', async () => {
  expect(await find('http://nobody.invalid:8082')).toEqual([])
})
