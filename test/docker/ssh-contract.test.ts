import {afterAll, describe} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import {closeTunnels} from '../../source/engine/ssh/tunnel.ts';
import {testContract} from './contract.ts';
import {withEngine} from './helpers.ts';
import {withSshd} from './sshd.ts';

const sshd = withSshd();
afterAll(closeTunnels);

describe('over ssh,', () => testContract(withEngine(connectDocker({host: sshd.address()}))));
