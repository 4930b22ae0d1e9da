import {afterAll, beforeAll, expect, it} from 'vitest';
import {plainPaint} from '../../source/output/colour.ts';
import {unicodeGlyphs} from '../../source/output/glyphs.ts';
import {renderPlan} from '../../source/output/plan/plan-text.ts';
import {createMemoryWorld, type MemoryWorld} from './memory-world.ts';

let world: MemoryWorld;
beforeAll(async () => {
	world = await createMemoryWorld();
});
afterAll(() => world.close());

const descriptor = (more = '') => `name: app\nservices:\n  web: {image: 'app:good', accessMode: public${more}}\n`;

const options = {paint: plainPaint, glyphs: unicodeGlyphs, columns: 100, isFull: false};
const planned = async (text: string) => renderPlan((await world.plan(text)).plan, options);

const serving = async () => {
	const state = (await world.state())!;
	return state.deployments[state.active['web']!]!;
};

it('a prebuilt image that exposes no port gets port 80 in plan and apply', async () => {
	expect(await planned(descriptor())).toContain('port: 80 (default, because the image exposes no port)');
	await world.apply(descriptor());
	expect((await serving()).port).toBe(80);
});

it('a declared port takes precedence, and the plan names the change once', async () => {
	const text = await planned(descriptor(', port: 8000'));
	expect(text.match(/port/g)).toHaveLength(2);
	expect(text).toMatch(/port added/);
	await world.apply(descriptor(', port: 8000'));
	expect((await serving()).port).toBe(8000);
	await world.apply(descriptor(', port: 8000, env: {PORT: "9000"}'));
	expect((await serving()).port).toBe(9000);
});

it('a rollback keeps the recorded port of the deployment', async () => {
	await world.apply(descriptor(', port: 8000'), {mode: 'rollback'});
	expect((await serving()).port).toBe(8000);
});
