// node parallel-calls.ts COUNT   sends so many requests to the engine of DOCKER_HOST at once; prints how many failed
import {connectDocker} from '../source/engine/docker.ts';

const engine = connectDocker();
await engine.info();
const began = performance.now();
const results = await Promise.allSettled(
	Array.from({length: Number(process.argv[2])}, (_, index) => engine.findByName('container', `absent-${index}`)),
);
const failed = results.filter(({status}) => status === 'rejected').length;
process.stdout.write(`${JSON.stringify({failed, ms: performance.now() - began})}\n`);
process.exit();
