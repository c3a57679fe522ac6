// How the folders of src hang together: `npm run import-graph` prints rooms, arrows, arrows up and circles.
import { dirname } from 'node:path';
import { isMainModule } from '../src/process/main-module.js';
import { importsOf, type Graph } from './imports.js';

/** Who may import whom: each folder of src only those below it in this list. Folders in one folder may import each other. */
const order = [
  'gateway',
  'starter',
  'cli',
  'codec-server',
  'replay',
  'worker',
  'client',
  'process',
  'temporal',
  'config',
  'workflows',
  'activities',
  'flinks',
  'logging',
  'contract',
  'sdk-internals',
];

/** The folder of a file below src. A front door at the root belongs to the folder of its name: worker.ts to worker. */
export function roomOf(file: string): string {
  const path = file.slice('src/'.length);
  return path.includes('/') ? dirname(path) : path.replace(/\.\w+$/, '');
}

/** The graph of rooms: an arrow for each pair of them if any file of the one imports any of the other. */
export function roomsOf(files: Graph): Graph {
  const rooms = new Map<string, Set<string>>();
  for (const [file, imported] of files) {
    const room = roomOf(file);
    const targets = [...imported].map(roomOf).filter((other) => other !== room);
    rooms.set(room, new Set([...(rooms.get(room) ?? []), ...targets]));
  }
  return rooms;
}

/** The arrows of a graph, as text. */
export const arrowsOf = (graph: Graph): string[] =>
  [...graph].flatMap(([from, targets]) => [...targets].map((to) => `${from} → ${to}`)).toSorted();

/** The arrows against the order. A room that the order does not name is one of them. */
export function arrowsUp(rooms: Graph): string[] {
  const place = (room: string): number => order.indexOf(room.split('/')[0] ?? '');
  return [...rooms].flatMap(([from, targets]) => {
    if (place(from) < 0) return [`${from} has no place in the order`];
    return [...targets].filter((to) => place(to) < place(from)).map((to) => `${from} → ${to}`);
  });
}

/** A shortest circle through each node that is on one and in none of those found before. */
export function circlesOf(graph: Graph): string[] {
  const found = new Set<string>();
  return [...graph.keys()].toSorted().flatMap((start) => {
    const circle = found.has(start) ? undefined : circleFrom(graph, start);
    if (!circle) return [];
    for (const node of circle) found.add(node);
    return [[...circle, start].join(' → ')];
  });
}

function circleFrom(graph: Graph, start: string): string[] | undefined {
  const ways = [[start]];
  const seen = new Set<string>();
  for (const way of ways)
    for (const next of graph.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return way;
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  return undefined;
}

if (isMainModule(import.meta.url)) {
  const files = await importsOf(['src']);
  const rooms = roomsOf(files);
  const [arrows, up, circles, fileCircles] = [arrowsOf(rooms), arrowsUp(rooms), circlesOf(rooms), circlesOf(files)];
  for (const room of [...rooms.keys()].toSorted())
    console.log(`${room} → ${[...(rooms.get(room) ?? [])].toSorted().join(', ') || 'nothing'}`);
  console.log(
    `\n${rooms.size} rooms, ${arrows.length} arrows, ${up.length} arrows up, ${circles.length} circles of rooms`,
  );
  for (const arrow of up) console.log(`up: ${arrow}`);
  for (const circle of circles) console.log(`circle of rooms: ${circle}`);
  for (const circle of fileCircles) console.log(`circle of files: ${circle}`);
}
