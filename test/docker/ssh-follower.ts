import {connectDocker} from '../../source/engine/docker.ts';

// Follows the events of an engine until it is killed. Says when it is connected.
const [, , host = ''] = process.argv;
const engine = connectDocker({host});
await engine.info();
const events = engine.events({'compartment.test': 'none'}, new AbortController().signal)[Symbol.asyncIterator]();
const next = events.next();
process.stdout.write('connected\n');
await next;
