import {it, vi} from 'vitest';
const later = setTimeout;
vi.stubGlobal('setTimeout', (run: () => void, ms = 0) => later(run, ms / 100));
vi.stubEnv('COMPARTMENT_CONFIG_HOME', '/tmp/cfgtest');
import {createMemoryWorld} from './memory-world.ts';
it('x', async () => {
	const world = await createMemoryWorld();
	const text = (level: string, extra = '') => `name: shop
services:
  web: {image: "app:good", port: 80, env: {LEVEL: ${level}}, readiness: {type: http, path: /}}
  api: {image: "app:good", kind: api, readiness: {type: http, path: /}, connections: {db: {env: {DB: user}}}}
  work: {image: "app:good", kind: worker}
${extra}resources:
  db: {image: "db:1", ports: [5432], env: {USER: a}, generatedVariables: {PASSWORD: {generator: token}}, volumes: {data: /data}, readiness: {type: tcp, port: 5432}, outputs: {user: {sensitive: false, value: "\${env.PASSWORD}"}}}
`;
	for (const t of [text('a'), text('a'), text('b'), text('b', '  more: {image: "app:sick", readiness: {type: http, path: /}}\n')]) {
		const start = performance.now();
		const {result, plan, events} = await world.apply(t);
		console.log(plan.actions.map(a => a.kind + ' ' + a.address + ' ' + a.reasons).join('\n'), result, performance.now() - start);
		console.log(events.filter(e => e.type === 'step-failed'));
	}
	world.close();
});
