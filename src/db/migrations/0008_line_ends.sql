-- A cell's text is read with LF for every line break, whichever editor saved it: what is on record stays found.
update rows set input = regexp_replace(input, '\r\n?', E'\n', 'g'), input_url = regexp_replace(input_url, '\r\n?', E'\n', 'g'),
	email = regexp_replace(email, '\r\n?', E'\n', 'g'), result = regexp_replace(result, '\r\n?', E'\n', 'g'),
	written = regexp_replace(written, '\r\n?', E'\n', 'g'), replaced = regexp_replace(replaced, '\r\n?', E'\n', 'g')
where position(chr(13) in concat(input, input_url, email, result, written, replaced)) > 0;
