/* Passkeys: the browser signs what the server asks, and the form sends it. Nothing else here needs
   a script, so the buttons stay hidden where none runs, or where the browser has no passkeys. */

(() => {
  "use strict";

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  /* What the server says as text is bytes for the browser. */
  const asked = ({ publicKey }) => {
    const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
    const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
    if (options.user) {
      options.user = { ...options.user, id: bytes(options.user.id) };
      options.excludeCredentials = known(options.excludeCredentials);
    } else {
      options.allowCredentials = known(options.allowCredentials);
    }
    return options;
  };

  const answered = (credential) => {
    const response = {};
    for (const name of [
      "clientDataJSON",
      "attestationObject",
      "authenticatorData",
      "signature",
      "userHandle",
    ]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    if (credential.response.getTransports) {
      response.transports = credential.response.getTransports();
    }
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    };
  };

  const made = async (form) => {
    const options = asked(JSON.parse(form.dataset.options));
    const alone = form.elements.passwordless;
    options.authenticatorSelection = {
      ...options.authenticatorSelection,
      residentKey: alone && alone.checked ? "required" : "discouraged",
      requireResidentKey: Boolean(alone && alone.checked),
      userVerification: alone && alone.checked ? "required" : "preferred",
    };
    return navigator.credentials.create({ publicKey: options });
  };

  const shown = async (form) => {
    let said = form.dataset.options;
    if (!said) {
      const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error("The server does not ask for a passkey.");
      said = JSON.stringify((await answer.json()).request_options);
    }
    return navigator.credentials.get({ publicKey: asked(JSON.parse(said)) });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector(".problem");
      failed.hidden = true;
      try {
        const credential = await (form.dataset.passkey === "make" ? made(form) : shown(form));
        form.elements.credential.value = JSON.stringify(answered(credential));
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
