import {expect, it} from 'vitest';
import {corpus} from './corpus.ts';
import {linesOf, problemsOf} from './support.ts';

it.each(corpus.map(broken => ({...broken, title: broken.says[0]})))(
	'the loader reports: $title',
	({descriptor, routes, says}) => {
		expect(linesOf(problemsOf(descriptor, routes))).toEqual(says);
	},
);
