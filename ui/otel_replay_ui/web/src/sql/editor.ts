/** The editor: highlighting, and completion of tables, columns, functions and attribute keys. */

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { SQLDialect, sql } from '@codemirror/lang-sql';
import { HighlightStyle, bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Table } from './schema';

const KEYWORDS =
  'select from where group by order limit offset having with as and or not in is null like ilike between distinct union all join inner left right full cross asof any on using array final prewhere sample over partition rows preceding following unbounded current row asc desc case when then else end interval second minute hour day week month explain describe show exists if';
const FUNCTIONS =
  'count countIf uniq uniqExact sum sumIf avg avgIf min max any argMin argMax quantile quantileExact groupArray groupUniqArray windowFunnel toDate toDateTime toStartOfHour toStartOfDay toStartOfInterval now today dateDiff round path domain mapKeys mapValues mapContains arrayJoin arrayMap arrayFilter length lower upper position substring concat splitByChar if multiIf coalesce leadInFrame lagInFrame toString toFloat64OrZero hasToken startsWith endsWith match extract';
const TYPES = 'string uint8 uint16 uint32 uint64 int8 int16 int32 int64 float32 float64 date datetime datetime64 bool array map tuple nullable lowcardinality';

const CLICKHOUSE = SQLDialect.define({ keywords: KEYWORDS, builtin: FUNCTIONS, types: TYPES, backslashEscapes: true, identifierQuotes: '`"', operatorChars: '*+-%<>!=&|~^/?:' });

const COLORS = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
  { tag: tags.number, color: 'var(--warn)' },
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: [tags.standard(tags.name), tags.function(tags.variableName)], color: 'var(--nav)' },
  { tag: tags.typeName, color: 'var(--backend-error)' },
]);

export interface EditorOptions {
  text: string;
  onRun: () => void;
}

export class Editor {
  readonly element: HTMLElement;
  private readonly view: EditorView;
  private readonly language = new Compartment();
  private keys: readonly Completion[] = [];

  constructor({ text, onRun }: EditorOptions) {
    const run = { key: 'Mod-Enter', run: () => (onRun(), true), preventDefault: true };
    this.view = new EditorView({
      state: EditorState.create({
        doc: text,
        extensions: [
          keymap.of([run, { key: 'Tab', run: acceptCompletion }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
          lineNumbers(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), closeBrackets(),
          autocompletion({ icons: false }),
          syntaxHighlighting(COLORS),
          placeholder('SELECT … FROM sessions'),
          this.language.of(sql({ dialect: CLICKHOUSE })),
          EditorView.lineWrapping,
          // Tab indents, so there must be a way out: Escape, then Tab.
          EditorView.contentAttributes.of({ 'aria-label': 'Statement' }),
        ],
      }),
    });
    this.element = this.view.dom;
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  set text(text: string) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  focus(): void {
    this.view.focus();
  }

  /** Writes where the cursor is. */
  insert(text: string): void {
    this.view.dispatch(this.view.state.replaceSelection(text));
    this.view.focus();
  }

  learnTables(tables: readonly Table[]): void {
    const schema = Object.fromEntries(
      tables.map(({ name, columns }) => [name, columns.map(({ name: label, type, comment }) => ({ label, detail: type, info: comment, type: 'property' }))]),
    );
    const support = sql({ dialect: CLICKHOUSE, schema, upperCaseKeywords: true });
    // Columns are offered before their table is named, too: SELECT comes before FROM.
    const known = new Map(tables.flatMap(({ name: table, columns }) => columns.map(({ name, comment }) => [name, { label: name, detail: table, info: comment, type: 'property', boost: -1 }] as const)));
    const names = [...known.values()];
    const columns = (context: CompletionContext): CompletionResult | null => wordAt(context, names);
    const keys = (context: CompletionContext): CompletionResult | null => this.keyAt(context);
    this.view.dispatch({ effects: this.language.reconfigure([support, CLICKHOUSE.language.data.of({ autocomplete: columns }), CLICKHOUSE.language.data.of({ autocomplete: keys })]) });
  }

  learnKeys(keys: readonly string[]): void {
    this.keys = keys.map((label) => ({ label, detail: 'attribute', type: 'constant' }));
  }

  /** Within the brackets of a map: `Attributes['htt`. */
  private keyAt(context: CompletionContext): CompletionResult | null {
    const before = context.matchBefore(/Attributes\['[\w.\-]*/);
    if (!before) return null;
    return { from: before.from + before.text.indexOf("'") + 1, options: [...this.keys], validFor: /^[\w.\-]*$/ };
  }
}

function wordAt(context: CompletionContext, options: Completion[]): CompletionResult | null {
  const word = context.matchBefore(/\w+/);
  if (!word || context.matchBefore(/['.]\w*/)) return null;
  return { from: word.from, options, validFor: /^\w*$/ };
}
