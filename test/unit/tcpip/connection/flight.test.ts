/** The segments in flight: counted, timed, merged and split as Linux's retransmission queue. */
import { expect, it } from 'vitest'
import { Flight } from '../../../../tcpip/connection/flight.ts'

/** A flight of segments that end at `ends`, sent at 1, 2, 3, ... */
function flightOf(...ends: number[]): Flight {
  const flight = new Flight()
  ends.forEach((end, i) => {
    flight.add(end, i + 1)
  })
  return flight
}

it('takes out whole segments only', () => {
  const flight = flightOf(100, 200, 300)
  expect([flight.acknowledge(99), flight.acknowledge(250), flight.length]).toEqual([0, 2, 1])
  expect([flight.acknowledge(300), flight.length]).toEqual([1, 0])
})

it('the oldest of what is acknowledged is the round-trip sample', () => {
  const flight = flightOf(100, 200, 300)
  flight.acknowledge(200)
  expect(flight.sampleFrom).toBe(1)
  flight.acknowledge(200)
  expect(flight.sampleFrom).toBe(-1)
})

it('nothing that was sent twice gives a sample, nor what is acknowledged with it', () => {
  const flight = flightOf(100, 200, 300)
  flight.repeat(100, 200, 9)
  flight.acknowledge(200)
  expect(flight.sampleFrom).toBe(-1)
  flight.acknowledge(300)
  expect(flight.sampleFrom).toBe(3)
})

it('knows when the oldest was sent last', () => {
  const flight = flightOf(100, 200)
  expect(flight.oldestSentAt).toBe(1)
  flight.repeat(0, 100, 0)
  expect(flight.oldestSentAt).toBe(0)
})

it('a repeat makes one segment of those that it takes along', () => {
  const flight = flightOf(10, 20, 30, 1000)
  flight.repeat(0, 30, 5)
  expect([flight.length, flight.within(0, 1000), flight.endOf(0, 1000)]).toEqual([2, 2, 30])
})

it('a repeat of a piece makes two segments of one', () => {
  const flight = flightOf(1000, 2000)
  flight.repeat(0, 500, 5)
  expect([flight.length, flight.endOf(0, 2000), flight.endOf(500, 2000)]).toEqual([3, 500, 1000])
})

it('a repeat that ends inside another segment leaves the rest of that', () => {
  const flight = flightOf(100, 200, 300)
  flight.repeat(0, 250, 5)
  expect([flight.length, flight.endOf(0, 300), flight.endOf(250, 300)]).toEqual([2, 250, 300])
})

it('finds where segments end', () => {
  const flight = flightOf(100, 200, 300)
  expect([flight.endOf(100, 300), flight.endOf(150, 180), flight.endOf(300, 400)]).toEqual([200, 180, 400])
  expect([flight.lastEndWithin(0, 250), flight.lastEndWithin(200, 250), flight.lastEndWithin(0, 300)]).toEqual([
    200, 250, 300,
  ])
  expect([flight.newestStart(0), flight.newestStart(250), flightOf(100).newestStart(7)]).toEqual([200, 250, 7])
  expect(flight.within(100, 299)).toBe(1)
})

it('grows with what is in flight, across the end of the numbers', () => {
  const flight = new Flight()
  const ends = Array.from({ length: 1000 }, (_, i) => (0x7fff_ff00 + 10 * i) | 0)
  ends.forEach((end, i) => {
    flight.add(end, i)
  })
  expect([flight.length, flight.within(0x7fff_fef6, ends[999])]).toEqual([1000, 1000])
  expect([flight.acknowledge(ends[499]), flight.length, flight.oldestSentAt]).toEqual([500, 500, 500])
  flight.clear()
  expect(flight.length).toBe(0)
})
