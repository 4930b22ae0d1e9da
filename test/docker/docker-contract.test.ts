import {describe} from 'vitest';
import {testContract} from './contract.ts';
import {withEngine} from './helpers.ts';

describe('in Docker,', () => testContract(withEngine()));
