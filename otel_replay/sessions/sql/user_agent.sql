-- Functions of the attributes user_agent.original and browser.brands, to be put into a WITH clause. More special products
-- come first: Edge, Opera and Samsung Internet call themselves Chrome too, and everything calls itself Safari.
(ua) -> multiIf(
    match(ua, 'Edg(e|A|iOS)?/\\d'), concat('Edge ', extract(ua, 'Edg(?:e|A|iOS)?/(\\d+)')),
    match(ua, '(OPR|OPiOS|OPT)/\\d'), concat('Opera ', extract(ua, '(?:OPR|OPiOS|OPT)/(\\d+)')),
    match(ua, 'SamsungBrowser/\\d'), concat('Samsung Internet ', extract(ua, 'SamsungBrowser/(\\d+)')),
    match(ua, '(Firefox|FxiOS)/\\d'), concat('Firefox ', extract(ua, '(?:Firefox|FxiOS)/(\\d+)')),
    match(ua, '(Chrome|CriOS|Chromium)/\\d'), concat('Chrome ', extract(ua, '(?:Chrome|CriOS|Chromium)/(\\d+)')),
    match(ua, 'Version/\\d.* Safari/'), concat('Safari ', extract(ua, 'Version/(\\d+)')),
    '') AS ua_browser,
(ua) -> multiIf(
    match(ua, 'iPhone|iPad|iPod'), 'iOS',
    match(ua, 'Android'), 'Android',
    match(ua, 'Windows'), 'Windows',
    match(ua, 'CrOS'), 'ChromeOS',
    match(ua, 'Macintosh|Mac OS X'), 'macOS',
    match(ua, 'Linux|X11'), 'Linux',
    '') AS ua_os,
(ua) -> multiIf(
    ua = '', '',
    match(ua, 'iPad|Tablet') OR (match(ua, 'Android') AND NOT match(ua, 'Mobile')), 'tablet',
    match(ua, 'Mobi|iPhone|iPod'), 'mobile',
    'desktop') AS ua_device,
(brands) -> multiIf(
    match(brands, 'Microsoft Edge'), concat('Edge ', extract(brands, 'Microsoft Edge[^0-9"]*(\\d+)')),
    match(brands, '"Opera'), concat('Opera ', extract(brands, 'Opera[^0-9"]*(\\d+)')),
    match(brands, 'Google Chrome'), concat('Chrome ', extract(brands, 'Google Chrome[^0-9"]*(\\d+)')),
    '') AS brand_browser
