import {descriptorJsonSchema, routesJsonSchema} from '../../descriptor/json-schema.ts';
import {jsonDocument} from '../../output/json.ts';

/** `compartment schema [routes]`: prints the JSON Schema of compartment.yml or compartment.routes.yml. */
export function schema(which: string): void {
	process.stdout.write(jsonDocument(which === 'routes' ? routesJsonSchema() : descriptorJsonSchema()));
}
