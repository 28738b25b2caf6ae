// Parses an AsyncAPI document with the reference parser; prints each diagnostic, fails on an error.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { AvroSchemaParser } from '@asyncapi/avro-schema-parser';

const parser = new Parser();
parser.registerSchemaParser(AvroSchemaParser());
const { document, diagnostics } = await parser.parse(readFileSync(process.argv[2], 'utf8'));
for (const each of diagnostics) {
  console.log(`${each.severity}\t${each.code}\t${each.path.join('.')}\t${each.message}`);
}
const errors = diagnostics.filter((each) => each.severity === 0);
console.log(`${document ? document.channels().all().length : 0} channels`);
console.log(`${document ? document.messages().all().length : 0} messages`);
process.exit(document && errors.length === 0 ? 0 : 1);
