import {descriptorJsonSchema, routesJsonSchema} from '../../descriptor/json-schema.ts';
import {jsonDocument} from '../../output/json.ts';

/** `compartment schema [routes]`: JSON Schema of compartment.yml, or of the routes file. */
export function schema(which: string): void {
	process.stdout.write(jsonDocument(which === 'routes' ? routesJsonSchema() : descriptorJsonSchema()));
}
