// A worker whose clock is off by CLOCK_OFFSET_MS, and by as much the other way whenever it gets SIGWINCH.
let offset = Number(process.env['CLOCK_OFFSET_MS'] ?? 0);
const RealDate = Date;
const realNow = Date.now.bind(Date);

class ShiftedDate extends RealDate {
  constructor(...parts: [] | [number | string | Date]) {
    super(parts.length === 0 ? realNow() + offset : parts[0]);
  }
  static override now(): number {
    return realNow() + offset;
  }
}

// Dates of several parts, as few as there are, are not a matter of the present.
globalThis.Date = new Proxy(ShiftedDate, {
  construct: (shifted, parts: []) =>
    parts.length > 1 ? Reflect.construct(RealDate, parts) : Reflect.construct(shifted, parts),
  apply: () => new ShiftedDate().toString(),
}) as unknown as DateConstructor;

process.on('SIGWINCH', () => {
  offset = -offset;
  process.stderr.write(`clock off by ${offset} ms\n`);
});

// Only now, so that nothing has taken the real clock.
const { main } = await import('../../src/worker.js');
const { exitCodeOf } = await import('../../src/process/program.js');
process.exitCode = await exitCodeOf('worker', main);
