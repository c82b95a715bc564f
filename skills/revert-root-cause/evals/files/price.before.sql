create table price (article text primary key, cents integer not null);
