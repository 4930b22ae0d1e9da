import {expect, it} from 'vitest';
import {isRouterShared} from '../../source/refresh/shared-router.ts';

const others = {
	networks: [{id: '1', name: 'compartment-other.production', labels: {}, subnet: '10.213.1.0/26'}],
};

it('a router is needed by another environment as long as it is in its network', () => {
	expect(isRouterShared(others, {state: 'running', networks: ['compartment-other.production']})).toBe(true);
	expect(isRouterShared(others, {state: 'stopped', networks: ['compartment-other.production']})).toBe(true);
});

it('an environment that another router serves does not keep this one', () => {
	expect(isRouterShared(others, {state: 'running', networks: ['compartment-shop.production']})).toBe(false);
	expect(isRouterShared(others, {state: 'missing'})).toBe(false);
});
