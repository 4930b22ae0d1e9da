import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {unicodeGlyphs} from '../../source/output/glyphs.ts';
import type {EnvironmentView, ImageView} from '../../source/ui/dashboard/data.ts';
import {fitMatrix, lastFirstImage, type MatrixWidths} from '../../source/ui/dashboard/fit-matrix.ts';
import {createMatrix} from '../../source/ui/dashboard/matrix.ts';
import {columnsNote, layoutMatrix} from '../../source/ui/dashboard/matrix-layout.ts';
import {columnGap} from '../../source/ui/parts/fit-columns.ts';
import {now, production} from './browse-data.ts';

const image = (name: string, age: number | null, identity = name): ImageView => ({
	identity,
	name,
	at: age === null ? null : now - age * 60_000,
});

const environmentOf = (name: string, images: Readonly<Record<string, ImageView | null>>): EnvironmentView => ({
	...production,
	name,
	objects: Object.entries(images).map(([service, own]) => ({
		...production.objects[2]!,
		address: `service.${service}`,
		name: service,
		image: own,
	})),
});

const texts = (...environments: readonly EnvironmentView[]) =>
	createMatrix(environments, now).rows.map(({cells, behind}) => [...cells.map(({text}) => text), behind.join()]);

describe('the matrix of environments', () => {
	test('compares with the nearest environment above that has the service', () => {
		expect(
			texts(
				environmentOf('a', {web: image('1111111', 3), api: image('2222222', 9)}),
				environmentOf('b', {web: image('1111111', 3)}),
				environmentOf('c', {web: image('3333333', 4), api: image('2222222', 9)}),
			),
		).toEqual([
			['1111111 3m', '2222222 9m', ''],
			['1111111 =', '', ''],
			['3333333 4m', '2222222 =', 'web'],
		]);
	});

	test('does not call an image older of which the time is not known', () => {
		expect(
			texts(environmentOf('a', {web: image('1111111', null)}), environmentOf('b', {web: image('2222222', 1)})),
		).toEqual([
			['1111111', ''],
			['2222222 1m', ''],
		]);
	});

	test('tells two images with the same tag apart', () => {
		const ids = ['sha256:aaaaaaaaaa', 'sha256:bbbbbbbbbb'] as const;
		expect(
			texts(environmentOf('a', {db: image('16', null, ids[0])}), environmentOf('b', {db: image('16', null, ids[1])})),
		).toEqual([
			['16@aaaaaaa', ''],
			['16@bbbbbbb', ''],
		]);
	});

	test('has services before resources, and those of every environment', () => {
		const one = environmentOf('a', {web: image('1111111', 1)});
		const two = environmentOf('b', {mail: image('2222222', 1)});
		const db = production.objects.at(-1)!;
		expect(createMatrix([{...one, objects: [db, ...one.objects]}, two], now).columns).toEqual(['web', 'mail', 'db']);
	});

	test('names what is behind where all columns fit, else counts it', () => {
		const environments = [
			{...environmentOf('a', {web: image('1111111', 3), api: image('2222222', 3)}), pending: 2},
			environmentOf('b', {web: image('3333333', 9), api: image('4444444', 9)}),
		];
		const behind = (width: number) => {
			const layout = layoutMatrix(createMatrix(environments, now), {width, first: 0, now, glyphs: unicodeGlyphs});
			return [...layout.rows.map(({others}) => others[0]), columnsNote(layout)];
		};
		expect(behind(100)).toEqual(['~2', '◀ web, api', 'image per service']);
		expect(behind(40)).toEqual(['~2', '◀ 2', 'column 1 of 2']);
	});
});

describe('the columns of the matrix', () => {
	const widths = fc.record({
		names: fc.integer({min: 11, max: 60}),
		images: fc.array(fc.integer({min: 3, max: 30}), {maxLength: 30}),
		others: fc.array(fc.record({width: fc.integer({min: 3, max: 40}), isNeeded: fc.constant(false)}), {maxLength: 4}),
	});
	const withNeeded = ({others, ...rest}: MatrixWidths): MatrixWidths => ({
		...rest,
		others: [{width: 8, isNeeded: true}, ...others],
	});
	const room = fc.integer({min: 30, max: 220});

	test('never take more than there is', () => {
		fc.assert(
			fc.property(widths, room, fc.nat(40), (given, width, first) => {
				const {names, images, others} = fitMatrix(withNeeded(given), width, first);
				const all = [...images, ...others].reduce((sum, each) => sum + each.width + columnGap, names);
				expect(all).toBeLessThanOrEqual(width);
			}),
		);
	});

	test('are all reached by scrolling, one by one, and none is left out between two that are shown', () => {
		fc.assert(
			fc.property(widths, room, (given, width) => {
				const matrix = withNeeded(given);
				const last = lastFirstImage(matrix, width);
				const reached = new Set<number>();
				for (let first = 0; first <= last; first++) {
					const shown = fitMatrix(matrix, width, first).images.map(({index}) => index);
					expect(shown).toEqual(shown.map((_, offset) => first + offset));
					for (const index of shown) reached.add(index);
				}
				expect(reached.size).toBe(matrix.images.length);
			}),
		);
	});
});
