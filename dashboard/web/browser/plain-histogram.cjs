/**
 * Of hdr-histogram-js what the lab uses, in place of all of it: its bundle for browsers brings WebAssembly and `eval`,
 * which cost more than the whole lab, and which the page's policy forbids.
 */
const { default: Int32Histogram } = require('hdr-histogram-js/dist/Int32Histogram.js')

exports.build = ({ lowestDiscernibleValue, highestTrackableValue, numberOfSignificantValueDigits }) =>
  new Int32Histogram(lowestDiscernibleValue, highestTrackableValue, numberOfSignificantValueDigits)
