import { type Endpoint, isEndpoint } from './endpoints.js';
import { isObject, type Json } from './fields.js';

/**
 * What goes wrong with one request. `status` answers instead of doing the work; with `processed` the work is done first
 * and the reply carries its RequestId. Of the others only `reset-before` leaves the work undone. Delays are real
 * milliseconds; without `delayMs` a stalled body never continues.
 */
export type Fault =
  | {
      kind: 'status';
      status: number;
      code?: string;
      message?: string;
      headers?: Record<string, string>;
      html?: string;
      body?: Json;
      processed?: boolean;
    }
  | { kind: 'slow-first-byte' | 'stall-in-body'; delayMs?: number }
  | { kind: 'reset-before' | 'reset-after' | 'reset-in-body' | 'truncated' | 'empty' }
  | { kind: 'unknown-fields' | 'wrong-content-type' }
  | { kind: 'charset'; charset: 'iso-8859-1' | 'utf-16' }
  | { kind: 'huge' | 'gzip-bomb'; bytes?: number };

/** Which requests a fault befalls: from the `nth` that matches on (default 1), `times` of them (default 1). */
export interface FaultRule {
  endpoint: Endpoint;
  loginId?: string;
  live?: boolean;
  answer?: boolean;
  nth?: number;
  times?: number | 'always';
  fault: Fault;
}

/** What a rule looks at in a request. */
export interface Target {
  endpoint: Endpoint;
  loginId: string | undefined;
  live: boolean;
  answer: boolean;
}

const KINDS: Record<Fault['kind'], true> = {
  status: true,
  'slow-first-byte': true,
  'stall-in-body': true,
  'reset-before': true,
  'reset-after': true,
  'reset-in-body': true,
  truncated: true,
  empty: true,
  'unknown-fields': true,
  'wrong-content-type': true,
  charset: true,
  huge: true,
  'gzip-bomb': true,
};

/** Rules with a count of the requests that each has matched. */
export interface FaultPlan {
  add(rule: FaultRule): void;
  /** Counts the request with every rule that it matches; the first rule whose turn it is decides. */
  next(target: Target): Fault | undefined;
}

export function createFaultPlan(rules: readonly FaultRule[] = []): FaultPlan {
  const counted = rules.map((rule) => ({ rule, seen: 0 }));
  return {
    add(rule) {
      counted.push({ rule, seen: 0 });
    },
    next(target) {
      const matching = counted.filter(({ rule }) => matches(rule, target));
      for (const count of matching) count.seen += 1;
      return matching.find(({ rule, seen }) => isDue(rule, seen))?.rule.fault;
    },
  };
}

function matches(rule: FaultRule, target: Target): boolean {
  return (
    rule.endpoint === target.endpoint &&
    (rule.loginId === undefined || rule.loginId.toLowerCase() === target.loginId) &&
    (rule.live === undefined || rule.live === target.live) &&
    (rule.answer === undefined || rule.answer === target.answer)
  );
}

function isDue({ nth = 1, times = 1 }: FaultRule, seen: number): boolean {
  return seen >= nth && (times === 'always' || seen < nth + times);
}

/** Checks a rule that came over HTTP; the error names the part that is wrong. */
export function parseFaultRule(value: unknown): FaultRule {
  const fault = isObject(value) ? value['fault'] : undefined;
  if (!isObject(value) || !isEndpoint(value['endpoint'])) throw new TypeError('"endpoint" is no endpoint of Flinks.');
  if (!isObject(fault) || !Object.hasOwn(KINDS, String(fault['kind']))) {
    throw new TypeError(`"fault.kind" must be one of ${Object.keys(KINDS).join(', ')}.`);
  }
  if (fault['kind'] === 'status' && !isStatus(fault['status']))
    throw new TypeError('"fault.status" must be 200 to 599.');
  if (fault['kind'] === 'charset' && fault['charset'] !== 'iso-8859-1' && fault['charset'] !== 'utf-16')
    throw new TypeError('"fault.charset" must be iso-8859-1 or utf-16.');
  return value as unknown as FaultRule;
}

function isStatus(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599;
}
