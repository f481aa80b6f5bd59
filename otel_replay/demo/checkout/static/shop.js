// The shop's own script. Errors of the API are shown to the customer; `otelReplay` is the browser SDK.

const toast = document.getElementById('toast');

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await reason(response));
  return response.headers.get('Content-Type').includes('json') ? response.json() : response.text();
}

async function reason(response) {
  const { error } = await response.json().catch(() => ({}));
  return error ?? `The shop answered ${response.status}.`;
}

function say(text) {
  toast.textContent = text;
  toast.classList.add('shown');
  clearTimeout(say.timer);
  say.timer = setTimeout(() => toast.classList.remove('shown'), 2500);
}

/** Runs `action` on a click on elements with the attribute, and tells the customer when it fails. */
function onClick(attribute, action) {
  document.addEventListener('click', (event) => {
    const element = event.target.closest(`[data-${attribute}]`);
    if (element !== null) action(element.getAttribute(`data-${attribute}`)).catch((error) => say(error.message));
  });
}

onClick('add', async (sku) => {
  const { count, added } = await call('POST', `/api/basket/${sku}`);
  document.getElementById('basket-count').textContent = count;
  say(`${added} is in your basket.`);
});

onClick('sign-in', async (id) => {
  const { user } = await call('POST', '/api/sign-in', { id });
  window.otelReplay?.identify(user);
  location.reload();
});

onClick('sign-out', async () => {
  await call('POST', '/api/sign-out');
  location.reload();
});

// Not through onClick: nobody catches what this throws, and that is its purpose.
for (const button of document.querySelectorAll('[data-view-3d]')) {
  button.addEventListener('click', () => {
    window.modelViewer.open(button.dataset.view3d);
  });
}

for (const input of document.querySelectorAll('[data-quantity]')) {
  input.addEventListener('change', async () => {
    try {
      await call('PUT', `/api/basket/${input.dataset.quantity}`, { quantity: input.valueAsNumber || 0 });
      location.reload();
    } catch (error) {
      say(error.message);
    }
  });
}

for (const button of document.querySelectorAll('[data-coupon]')) {
  button.addEventListener('click', () => {
    document.getElementById('coupon').value = button.dataset.coupon;
  });
}

const recommendations = document.getElementById('recommendations');
if (recommendations !== null) {
  call('GET', '/api/recommendations')
    .then((cards) => {
      recommendations.innerHTML = cards;
      recommendations.setAttribute('aria-busy', 'false');
    })
    .catch((error) => say(error.message));
}

const checkout = document.getElementById('checkout');
checkout?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = document.getElementById('place-order');
  const alert = document.getElementById('checkout-error');
  alert.hidden = true;
  button.disabled = true;
  try {
    const { page } = await call('POST', '/api/orders', Object.fromEntries(new FormData(checkout)));
    location.assign(page);
  } catch (error) {
    alert.textContent = error.message;
    alert.hidden = false;
  } finally {
    button.disabled = false;
  }
});

const user = JSON.parse(document.body.dataset.user);
if (user !== null) window.otelReplay?.identify(user);
