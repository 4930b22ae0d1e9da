import {expect, it} from 'vitest';
import {choosePort} from '../../source/model/service-port.ts';

const web = {kind: 'web', isPrebuilt: true} as const;

it.each([
	['what is declared goes before what is exposed', {...web, declared: 8000}, [5000], 8000],
	['the first exposed port', web, [5000, 6000], 5000],
	['a finished image that exposes none', web, [], 80],
	['a built image that exposes none', {...web, isPrebuilt: false}, [], 3000],
	['a static service, whatever its base exposes', {kind: 'static', isPrebuilt: false}, [443], 8080],
] as const)('%s', (_, question, exposed, number) => {
	expect(choosePort(question, exposed).number).toBe(number);
});

it('the port is open while the image is unknown, with the reason', () => {
	expect(choosePort(web, undefined)).toEqual({why: 'first port that the image exposes, else 80'});
	expect(choosePort({...web, isPrebuilt: false}, undefined).why).toMatch(/else 3000$/);
});
