import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll} from 'vitest';

// Keys of states that a test writes must not come to lie in the configuration folder of whoever runs it.
const folder = mkdtempSync(join(tmpdir(), 'compartment-config-'));
process.env['COMPARTMENT_CONFIG_HOME'] = folder;
afterAll(() => rmSync(folder, {recursive: true, force: true}));
