import type { ReplayOptions } from './rrweb';

/** One width for every value, so that the mask does not tell the length. */
const MASK = '******';
/** Their value is a label that the page shows to everyone. */
const LABELS = ['submit', 'button', 'reset'];
/** Rich text editors and chat boxes: inputs made of ordinary elements. */
const EDITABLE = '[contenteditable]:not([contenteditable=false])';

/**
 * rrweb options that mask every input. By tag name, because rrweb's own `maskAllInputs` leaves out hidden
 * inputs and types it does not know; passwords are masked whatever the page asks for.
 */
export function maskingOptions(own: ReplayOptions): ReplayOptions {
  const lenient = own.maskAllInputs === false || own.maskInputOptions !== undefined;
  const masked = lenient ? own.maskInputOptions : ({ input: true, textarea: true, select: true } as object);
  return {
    ...own,
    maskAllInputs: false,
    maskInputOptions: { ...masked, password: true },
    maskInputFn: own.maskInputFn ?? maskValue,
    ...(lenient ? {} : maskEditable(own)),
  };
}

function maskEditable({ maskTextSelector, maskTextFn }: ReplayOptions): ReplayOptions {
  return {
    maskTextSelector: maskTextSelector ? `${maskTextSelector}, ${EDITABLE}` : EDITABLE,
    maskTextFn: maskTextFn ?? maskText,
  };
}

/** What was typed gets the mask of inputs; other text keeps its shape, so that the page keeps its layout. */
function maskText(text: string, element: HTMLElement | null): string {
  return element?.closest(EDITABLE) && text.trim() !== '' ? MASK : text.replace(/\S/g, '*');
}

function maskValue(text: string, element: HTMLElement): string {
  const type = (element as Partial<HTMLInputElement>).type ?? '';
  return text === '' || LABELS.includes(type) ? text : MASK;
}
