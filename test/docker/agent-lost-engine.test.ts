import {setTimeout as pause} from 'node:timers/promises';
import {test} from 'vitest';
import {expectReconnects, withLosableEngine} from './lost-engine.ts';

const lab = withLosableEngine();

test('an agent whose engine was gone connects again, and heals what has stopped meanwhile', () =>
	expectReconnects(lab, () => pause(5000)));
