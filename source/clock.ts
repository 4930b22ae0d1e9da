/**
 * Milliseconds of a clock that is never set. Only differences mean something. For it `performance.now()` would load node's
 * observers and histograms.
 */
export const steadyNow = (): number => Number(process.hrtime.bigint()) / 1e6;
