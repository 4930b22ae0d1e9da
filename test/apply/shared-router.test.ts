import {expect, it} from 'vitest';
import {isRouterShared} from '../../source/refresh/shared-router.ts';

const others = {
	networks: [{id: '1', name: 'compartment-other.production', labels: {}, subnet: '10.213.1.0/26'}],
};

it("a router is shared while it is connected to another environment's network", () => {
	expect(isRouterShared(others, {state: 'running', networks: ['compartment-other.production']})).toBe(true);
	expect(isRouterShared(others, {state: 'stopped', networks: ['compartment-other.production']})).toBe(true);
});

it('a router is not shared when it is not connected to the networks of other environments', () => {
	expect(isRouterShared(others, {state: 'running', networks: ['compartment-shop.production']})).toBe(false);
	expect(isRouterShared(others, {state: 'missing'})).toBe(false);
});
